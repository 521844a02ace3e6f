// keel: the program with all its commands.
#include <vector>

#include "app/command.hpp"

int main(int count, char** words) { return keel::app::run(std::vector<std::string>(words + 1, words + count)); }
