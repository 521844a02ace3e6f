#include "engine/wire/net_address.hpp"

#include <gtest/gtest.h>

#include "base/hex.hpp"
#include "base/rng.hpp"
#include "testing/data.hpp"
#include "testing/data_json.hpp"

namespace keel::wire {
namespace {

NetAddress at(std::string_view text) {
    const auto address = parse_address(text);
    EXPECT_TRUE(address.has_value()) << text;
    return address.value_or(NetAddress());
}

template <class Write>
std::string written(const NetAddress& address, Write write) {
    Bytes out;
    Writer writer(out);
    write(writer, address);
    return to_hex(out);
}

std::string group_hex(std::string_view text) { return to_hex(net_group(at(text)).span()); }

TEST(NetAddress, encodes_both_forms_as_in_bip155_vectors) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/p2p/bip155_addrv2.json");
    const auto json = testing::load_json(path);
    const auto& cases = json.at("cnetaddr_serialize").as_array();
    ASSERT_FALSE(cases.empty());
    for (const auto& entry : cases) {
        const NetAddress address = at(testing::text_of(entry.at("addr")));
        EXPECT_EQ(written(address, write_address_v1), testing::text_of(entry.at("v1")));
        EXPECT_EQ(written(address, write_address_v2), testing::text_of(entry.at("v2")));
    }
}

TEST(NetAddress, decodes_or_refuses_addrv2_as_in_bip155_vectors) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/p2p/bip155_addrv2.json");
    const auto json = testing::load_json(path);
    for (const auto& entry : json.at("cnetaddr_v2_parse").as_array()) {
        const auto hex = testing::text_of(entry.at("hex"));
        SCOPED_TRACE(hex);
        const auto bytes = from_hex(hex);
        ASSERT_TRUE(bytes);
        Reader in(*bytes);
        const auto address = read_address_v2(in);
        EXPECT_EQ(in.ok(), entry.at("error").is_null());
        if (!in.ok()) continue;
        EXPECT_EQ(in.remaining(), 0U);
        if (entry.at("address").is_null()) {
            EXPECT_FALSE(address && address->is_valid());
            continue;
        }
        ASSERT_TRUE(address);
        EXPECT_EQ(to_string(*address), testing::text_of(entry.at("address")));
        EXPECT_EQ(written(*address, write_address_v2), hex);
    }
}

TEST(NetAddress, prints_ipv6_canonically) {
    KEEL_DATA_OR_SKIP(const auto path, "vectors/p2p/bip155_addrv2.json");
    const auto json = testing::load_json(path);
    for (const auto& entry : json.at("ipv6_canonical").as_array()) {
        EXPECT_EQ(to_string(at(testing::text_of(entry.at(0)))), testing::text_of(entry.at(1)));
    }
}

TEST(NetAddress, refuses_malformed_text) {
    for (const std::string_view text : {"",
                                        ".",
                                        "1.2.3",
                                        "1.2.3.4.5",
                                        "1.2.3.256",
                                        "01.2.3.4",
                                        "1.2.3.",
                                        "1..3.4",
                                        "1.2.3.4 ",
                                        "example.org",
                                        ":",
                                        ":::",
                                        "1::2::3",
                                        "1:2:3:4:5:6:7",
                                        "1:2:3:4:5:6:7:8:9",
                                        "1:2:3:4:5:6:7::8",
                                        "12345::",
                                        "g::",
                                        "::1.2.3",
                                        "1:",
                                        ":1",
                                        "[::1",
                                        "::1]",
                                        "fe80::1%eth0",
                                        "fd87:d87e:eb43::1",
                                        "6hzph5hv6337r6p2.onion",
                                        "x.b32.i2p",
                                        "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryx.onion"}) {
        EXPECT_FALSE(parse_address(text)) << text;
    }
}

TEST(NetAddress, reads_the_other_spellings) {
    EXPECT_EQ(at("[::1]"), at("0:0:0:0:0:0:0:1"));
    EXPECT_EQ(at("::ffff:1.2.3.4"), NetAddress::ipv4(1, 2, 3, 4));
    EXPECT_EQ(at("64:ff9b::1.2.3.4"), at("64:ff9b::102:304"));
    EXPECT_EQ(at("1:2:3:4:5:6:1.2.3.4"), at("1:2:3:4:5:6:102:304"));
    const std::string onion = "pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion";
    EXPECT_EQ(to_string(at("PG6MMJIYJMCRSSLVYKFWNNTLARU7P5SVN6Y2YMMJU6NUBXNDF4PSCRYD.ONION")), onion);
    EXPECT_EQ(at("fc00::1").net(), Net::ipv6);
    EXPECT_EQ(at("fc00::1").as_cjdns().net(), Net::cjdns);
    EXPECT_EQ(to_string(at("fc00::1").as_cjdns()), "fc00::1");
    EXPECT_EQ(at("fd00::1").as_cjdns().net(), Net::ipv6);
}

TEST(NetAddress, text_reads_back_whatever_the_bytes) {
    Rng rng(7);
    for (const Net net : {Net::ipv4, Net::ipv6, Net::torv3, Net::i2p}) {
        for (int i = 0; i < 300; ++i) {
            Bytes bytes(net_length(net));
            rng.fill(bytes);
            for (std::byte& b : bytes) {
                if (rng.chance(1, 2)) b = std::byte{0};
            }
            if (net == Net::ipv6) bytes[0] = std::byte{0x20};  // not a form that hides another network
            const NetAddress address(net, bytes);
            EXPECT_EQ(parse_address(to_string(address)), address) << to_string(address);
        }
    }
}

TEST(Endpoint, reads_and_prints_ports) {
    EXPECT_EQ(to_string(*parse_endpoint("1.2.3.4", 8333)), "1.2.3.4:8333");
    EXPECT_EQ(to_string(*parse_endpoint("1.2.3.4:0", 8333)), "1.2.3.4:0");
    EXPECT_EQ(to_string(*parse_endpoint("::1", 8333)), "[::1]:8333");
    EXPECT_EQ(to_string(*parse_endpoint("[::1]", 8333)), "[::1]:8333");
    EXPECT_EQ(to_string(*parse_endpoint("[::1]:65535", 8333)), "[::1]:65535");
    for (const std::string_view text :
         {"1.2.3.4:", "1.2.3.4:65536", "1.2.3.4:-1", "1.2.3.4:8x", "[::1]:", "[::1]8", ":8333", "[]:1"}) {
        EXPECT_FALSE(parse_endpoint(text, 1)) << text;
    }
}

TEST(NetAddress, classifies_special_ranges) {
    struct Case {
        std::string_view text;
        bool valid, local, is_private, routable;
    };
    for (const Case& c : std::initializer_list<Case>{
             {"8.8.8.8", true, false, false, true},
             {"0.0.0.0", false, true, false, false},
             {"0.1.2.3", true, true, false, false},
             {"255.255.255.255", false, false, false, false},
             {"127.255.0.1", true, true, false, false},
             {"10.0.0.1", true, false, true, false},
             {"192.168.1.1", true, false, true, false},
             {"172.15.255.255", true, false, false, true},
             {"172.16.0.0", true, false, true, false},
             {"172.31.255.255", true, false, true, false},
             {"172.32.0.0", true, false, false, true},
             {"169.254.1.1", true, false, true, false},
             {"100.63.0.1", true, false, false, true},
             {"100.64.0.1", true, false, true, false},
             {"100.127.255.255", true, false, true, false},
             {"198.18.0.1", true, false, false, false},
             {"198.19.255.1", true, false, false, false},
             {"192.0.2.1", true, false, false, false},
             {"198.51.100.1", true, false, false, false},
             {"203.0.113.1", true, false, false, false},
             {"::", false, false, false, false},
             {"::1", true, true, false, false},
             {"2001:db8::1", false, false, false, false},
             {"2001::1", true, false, false, true},
             {"2001:10::1", true, false, false, false},
             {"2001:2f::1", true, false, false, false},
             {"2001:30::1", true, false, false, true},
             {"fe80::1", true, false, true, false},
             {"fd00::1", true, false, true, false},
             {"fc00::1", true, false, true, false},
             {"pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion", true, false, false, true},
         }) {
        SCOPED_TRACE(c.text);
        const NetAddress address = at(c.text);
        EXPECT_EQ(address.is_valid(), c.valid);
        EXPECT_EQ(address.is_local(), c.local);
        EXPECT_EQ(address.is_private(), c.is_private);
        EXPECT_EQ(address.is_routable(), c.routable);
    }
    EXPECT_TRUE(at("fc00::1").as_cjdns().is_routable());
    EXPECT_FALSE(NetAddress::internal("seed.example").is_routable());
}

TEST(NetGroup, follows_who_can_obtain_many_addresses) {
    for (const std::string_view text : {"127.0.0.1", "10.0.0.1", "169.254.1.1", "::1", "fe80::1"}) {
        EXPECT_EQ(group_hex(text), "ff") << text;
    }
    for (const std::string_view text :
         {"1.2.3.4", "::ffff:0:102:304", "64:ff9b::102:304", "2002:102:304:9999:9999:9999:9999:9999",
          "2001:0:9999:9999:9999:9999:fefd:fcfb"}) {
        EXPECT_EQ(group_hex(text), "010102") << text;
    }
    EXPECT_EQ(group_hex("2001:470:abcd:9999:9999:9999:9999:9999"), "0220010470af");
    EXPECT_EQ(group_hex("2001:2001:9999:9999:9999:9999:9999:9999"), "0220012001");
    EXPECT_EQ(group_hex("pg6mmjiyjmcrsslvykfwnntlaru7p5svn6y2ymmju6nubxndf4pscryd.onion"), "047f");
    EXPECT_EQ(to_hex(net_group(at("fc3f::1").as_cjdns()).span()), "06fc3f");
    EXPECT_EQ(to_hex(net_group(NetAddress::internal("baz.net")).span()), "0012929400eb4607c4ac07");
}

TEST(Services, have_names) {
    const Services services{(1U << 0U) | (1U << 3U) | (1U << 11U) | (1ULL << 40U)};
    EXPECT_EQ(service_names(services), (std::vector<std::string>{"NETWORK", "WITNESS", "P2P_V2", "UNKNOWN[2^40]"}));
    EXPECT_TRUE(services.has(Service::witness));
    EXPECT_FALSE(services.has(Service::bloom));
    EXPECT_TRUE(Services{}.with(Service::bloom).has(Service::bloom));
}

TEST(Net, names_read_back) {
    for (const Net net : {Net::internal, Net::ipv4, Net::ipv6, Net::torv3, Net::i2p, Net::cjdns}) {
        EXPECT_EQ(net_from_name(net_name(net)), net);
    }
    EXPECT_FALSE(net_from_name("tor"));
}

}  // namespace
}  // namespace keel::wire
