// keeld: `keel node` under the name that tools expect of a daemon.
#include <vector>

#include "app/command.hpp"

int main(int count, char** words) {
    std::vector<std::string> all(words, words + count);
    all.front() = "node";
    return keel::app::run(all);
}
