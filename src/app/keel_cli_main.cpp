// keel-cli: `keel rpc` under the name that tools expect of a client.
#include <vector>

#include "app/command.hpp"

int main(int count, char** words) {
    std::vector<std::string> all(words, words + count);
    all.front() = "rpc";
    return keel::app::run(all);
}
