#include "rules/psbt/fields.hpp"
#include "rules/script/taproot.hpp"

namespace keel::psbt {
namespace {

using Known = Result<bool, std::string>;

Result<std::vector<address::TreeLeaf>, std::string> read_tree(ByteSpan value) {
    if (value.empty()) {
        return Error("Output Taproot tree must not be empty");
    }
    std::vector<address::TreeLeaf> out;
    primitives::Reader reader(value);
    while (reader.ok() && reader.remaining() > 0) {
        address::TreeLeaf leaf;
        leaf.depth = reader.read<std::uint8_t>();
        leaf.version = reader.read<std::uint8_t>();
        leaf.script = to_bytes(reader.read_var_bytes());
        if (leaf.depth > script::kControlNodesMax) {
            return Error("Output Taproot tree has as leaf greater than Taproot maximum depth");
        }
        if ((leaf.version & 1U) != 0) {
            return Error("Output Taproot tree has a leaf with an invalid leaf version");
        }
        out.push_back(std::move(leaf));
    }
    // Any key will do to see whether the depths make a tree: the generator's x coordinate.
    constexpr crypto::XOnlyKey kGenerator{
        std::byte{0x79}, std::byte{0xBE}, std::byte{0x66}, std::byte{0x7E}, std::byte{0xF9}, std::byte{0xDC},
        std::byte{0xBB}, std::byte{0xAC}, std::byte{0x55}, std::byte{0xA0}, std::byte{0x62}, std::byte{0x95},
        std::byte{0xCE}, std::byte{0x87}, std::byte{0x0B}, std::byte{0x07}, std::byte{0x02}, std::byte{0x9B},
        std::byte{0xFC}, std::byte{0xDB}, std::byte{0x2D}, std::byte{0xCE}, std::byte{0x28}, std::byte{0xD9},
        std::byte{0x59}, std::byte{0xF2}, std::byte{0x81}, std::byte{0x5B}, std::byte{0x16}, std::byte{0xF8},
        std::byte{0x17}, std::byte{0x98}};
    if (!reader.ok() || !address::make_taproot(kGenerator, out)) {
        return Error("Output Taproot tree is malformed");
    }
    return out;
}

Bytes encode_tree(const std::vector<address::TreeLeaf>& tree) {
    Bytes out;
    primitives::Writer writer(out);
    for (const address::TreeLeaf& leaf : tree) {
        writer.write(leaf.depth);
        writer.write(leaf.version);
        writer.write_var_bytes(leaf.script);
    }
    return out;
}

struct OutputReader {
    Output& output;
    std::uint32_t version;
    primitives::TxOutput& content;
    bool has_amount = false;
    bool has_script = false;

    Known take(const Field& field) {
        const auto type = static_cast<OutputType>(field.type);
        const bool has_key = type == OutputType::key_path || type == OutputType::taproot_path;
        if (type <= OutputType::taproot_path && !has_key && !field.key_data.empty()) {
            return Error("Size of key was not the expected size for its type");
        }
        switch (type) {
            case OutputType::redeem_script: output.redeem_script = to_bytes(field.value); return true;
            case OutputType::witness_script: output.witness_script = to_bytes(field.value); return true;
            case OutputType::key_path: KEEL_CHECK(read_key_path(field, output.key_paths)); return true;
            case OutputType::amount: return take_amount(field.value);
            case OutputType::script:
                if (version < 2) {
                    return Error("Output script is not allowed in PSBTv0");
                }
                content.script = to_bytes(field.value);
                has_script = true;
                return true;
            case OutputType::taproot_internal_key: {
                KEEL_TRY(output.taproot_internal_key, read_xonly(field.value, "Output Taproot internal key"));
                return true;
            }
            case OutputType::taproot_tree: {
                KEEL_TRY(output.taproot_tree, read_tree(field.value));
                return true;
            }
            case OutputType::taproot_path:
                KEEL_CHECK(read_taproot_path(field, "Output", output.taproot_paths));
                return true;
        }
        return false;
    }

    Known take_amount(ByteSpan value) {
        if (version < 2) {
            return Error("Output amount is not allowed in PSBTv0");
        }
        KEEL_TRY(const auto amount, read_number<std::int64_t>(value, "Output amount"));
        content.value = primitives::Amount(amount);
        has_amount = true;
        return true;
    }
};

}  // namespace

Result<Output, std::string> read_output(primitives::Reader& in, std::uint32_t version, primitives::TxOutput& content) {
    Output out;
    OutputReader reader{out, version, content};
    KEEL_CHECK(read_map(in, out.proprietary, out.unknown, [&](const Field& field) { return reader.take(field); }));
    if (version >= 2 && !reader.has_amount) {
        return Error("Output amount is required in PSBTv2");
    }
    if (version >= 2 && !reader.has_script) {
        return Error("Output script is required in PSBTv2");
    }
    return out;
}

void write_output(Bytes& bytes, const Output& output, std::uint32_t version, const primitives::TxOutput& content) {
    MapWriter out(bytes);
    out.bytes(OutputType::redeem_script, output.redeem_script);
    out.bytes(OutputType::witness_script, output.witness_script);
    write_key_paths(out, OutputType::key_path, output.key_paths);
    if (version >= 2) {
        out.number(OutputType::amount, content.value.satoshi());
        out.field(OutputType::script, {}, content.script);
    }
    if (output.taproot_internal_key) {
        out.field(OutputType::taproot_internal_key, {}, *output.taproot_internal_key);
    }
    if (!output.taproot_tree.empty()) {
        out.field(OutputType::taproot_tree, {}, encode_tree(output.taproot_tree));
    }
    write_taproot_paths(out, OutputType::taproot_path, output.taproot_paths);
    out.all(output.proprietary);
    out.all(output.unknown);
    out.end();
}

}  // namespace keel::psbt
