// Which network the settings ask for, and its constants with what the settings change about them.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "app/settings/values.hpp"
#include "rules/primitives/params.hpp"

namespace keel::settings {

using ParamsPtr = std::shared_ptr<const primitives::Params>;
// Reads a whole file, or says in one sentence why not.
using FileReader = std::function<Result<std::string, std::string>(const std::filesystem::path&)>;

// -chain, -regtest, -signet, -testnet, -testnet4 and -customnet: at most one of them. Settings that alter the network
// itself (-signetchallenge) are applied. The error is a sentence.
[[nodiscard]] Result<primitives::Params, std::string> choose_network(const Values& values, const FileReader& read);

// -testactivationheight, -vbparams, -test=bip94, -minimumchainwork and -assumevalid applied, and settings refused that
// are not for this network. Call once values.choose_section() was told the network's name.
[[nodiscard]] Result<void, std::string> adjust_network(primitives::Params& params, const Values& values);

}  // namespace keel::settings
