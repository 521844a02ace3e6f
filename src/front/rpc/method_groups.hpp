// The tables of calls, one for each source file.
#pragma once

#include <span>

#include "front/rpc/method.hpp"

namespace keel::rpc {

std::span<const Method> address_methods();         // addresses.cpp
std::span<const Method> block_stats_methods();     // block_stats.cpp
std::span<const Method> block_template_methods();  // block_template.cpp
std::span<const Method> block_methods();           // blocks.cpp
std::span<const Method> chain_methods();           // chain.cpp
std::span<const Method> chain_change_methods();    // chain_change.cpp
std::span<const Method> chain_wait_methods();      // chain_wait.cpp
std::span<const Method> coin_methods();            // coins.cpp
std::span<const Method> control_methods();         // control.cpp
std::span<const Method> deployment_methods();      // deployments.cpp
std::span<const Method> descriptor_methods();      // descriptors.cpp
std::span<const Method> fee_methods();             // fee_calls.cpp
std::span<const Method> generate_methods();        // generate.cpp
std::span<const Method> mempool_methods();         // mempool.cpp
std::span<const Method> mempool_change_methods();  // mempool_change.cpp
std::span<const Method> mempool_submit_methods();  // mempool_submit.cpp
std::span<const Method> mining_methods();          // mining.cpp
std::span<const Method> network_methods();         // network.cpp
std::span<const Method> openrpc_methods();         // openrpc.cpp
std::span<const Method> psbt_analysis_methods();   // psbt_analysis.cpp
std::span<const Method> psbt_methods();            // psbt_calls.cpp
std::span<const Method> psbt_show_methods();       // psbt_show.cpp
std::span<const Method> raw_tx_methods();          // raw_tx.cpp
std::span<const Method> scan_coins_methods();      // scan_coins.cpp
std::span<const Method> sign_tx_methods();         // sign_tx.cpp
std::span<const Method> tx_proof_methods();        // tx_proofs.cpp

}  // namespace keel::rpc
