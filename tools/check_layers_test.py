#!/usr/bin/python3
"""Shows that check_layers.py catches each kind of violation, and passes a tree without any."""

import pathlib
import tempfile
import unittest

import check_layers

LAYERS = """
floors = ["base", "rules", "engine", "edge", "testing", "app"]
[rooms.base]
floor = "base"
pure = true
deps = []
[rooms.script]
floor = "rules"
pure = true
deps = ["base"]
[rooms.chain]
floor = "engine"
pure = true
deps = ["base", "script"]
third_party = ["unordered"]
[rooms.wire]
floor = "engine"
pure = true
deps = ["base"]
[rooms.net]
floor = "edge"
deps = ["base", "wire"]
third_party = ["posix", "boost"]
[rooms.testing]
floor = "testing"
deps = ["base"]
third_party = ["boost"]
[rooms.app]
floor = "app"
deps = ["*"]
third_party = ["posix"]
"""

CLEAN = {
    "layers.toml": LAYERS,
    "src/CMakeLists.txt": "",
    "src/base/bytes.hpp": "#pragma once\n#include <span>\n",
    "src/rules/script/run.hpp": '#pragma once\n#include "base/bytes.hpp"\n',
    "src/engine/chain/chain.cpp": '#include <boost/unordered/unordered_flat_map.hpp>\n\n#include "rules/script/run.hpp"\n',
    "src/engine/chain/chain_test.cpp": "#include <gtest/gtest.h>\n#include <fstream>\n",
    "src/engine/chain/CMakeLists.txt": "keel_room(NAME chain DEPS base script TEST_DEPS testing)\n",
    "src/edge/net/dial.cpp": "#include <sys/socket.h>\n#include <thread>\n#include <boost/asio/ip/tcp.hpp>\n",
    "src/app/main.cpp": '#include "engine/chain/chain.hpp"\n#include "edge/net/dial.hpp"\n',
}


class CheckLayers(unittest.TestCase):
    def errors(self, **changes):
        """The errors of the clean tree with some files added or replaced."""
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**CLEAN, **changes.get("files", {})}.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            return check_layers.Checker(folder).run()

    def assert_caught(self, expected, files):
        errors = self.errors(files=files)
        self.assertEqual(len(errors), 1, errors)
        self.assertIn(expected, errors[0])

    def assert_pure_catches(self, kind, line):
        self.assert_caught(f"({kind})", {"src/rules/script/run.cpp": f"{line}\n"})

    def test_clean_tree_passes(self):
        self.assertEqual(self.errors(), [])

    def test_folder_that_is_no_room(self):
        self.assert_caught("not a room", {"src/engine/misc/x.cpp": ""})

    def test_file_outside_a_room(self):
        self.assert_caught("not a room", {"src/engine/x.cpp": ""})

    def test_include_of_a_room_not_allowed(self):
        self.assert_caught("script may not include chain", {"src/rules/script/x.cpp": '#include "engine/chain/chain.hpp"\n'})

    def test_include_of_a_sibling_not_allowed(self):
        self.assert_caught("wire may not include chain", {"src/engine/wire/x.cpp": '#include "engine/chain/chain.hpp"\n'})

    def test_include_inside_a_comment_is_none(self):
        self.assertEqual(self.errors(files={"src/base/x.cpp": '// #include "app/x.hpp"\n/*\n#include "app/y.hpp"\n*/\n'}), [])

    def test_include_not_rooted_at_src(self):
        self.assert_caught("not rooted", {"src/rules/script/x.cpp": '#include "run.hpp"\n'})

    def test_testing_room_in_production_code(self):
        self.assert_caught("chain may not include testing", {"src/engine/chain/x.cpp": '#include "testing/data.hpp"\n'})

    def test_testing_room_in_a_test(self):
        self.assertEqual(self.errors(files={"src/rules/script/x_test.cpp": '#include "testing/data.hpp"\n'}), [])

    def test_third_party_where_it_is_not_allowed(self):
        self.assert_caught("(boost) is not allowed in script", {"src/rules/script/x.cpp": "#include <boost/json.hpp>\n"})

    def test_other_boost_where_only_unordered_is_allowed(self):
        self.assert_caught("(boost) is not allowed in chain", {"src/engine/chain/x.cpp": "#include <boost/asio.hpp>\n"})

    def test_third_party_in_a_header(self):
        self.assert_caught("belongs in a .cpp file", {"src/edge/net/x.hpp": "#pragma once\n#include <boost/asio.hpp>\n"})

    def test_forward_declarations_of_third_party_in_a_header(self):
        files = {"src/edge/net/x.hpp": "#pragma once\n#include <boost/json/fwd.hpp>\n"}
        self.assertEqual(self.errors(files=files), [])

    def test_third_party_in_a_header_with_a_waiver(self):
        waiver = '[[waivers]]\nfiles = ["src/edge/net/x.hpp"]\nallow = ["third-party-header"]\nreason = "why"\n'
        files = {"src/edge/net/x.hpp": "#include <boost/asio.hpp>\n", "layers.toml": LAYERS + waiver}
        self.assertEqual(self.errors(files=files), [])

    def test_system_header_in_a_pure_room(self):
        self.assert_caught("(posix) is not allowed", {"src/rules/script/x.cpp": "#include <unistd.h>\n"})

    def test_system_header_with_a_waiver(self):
        waiver = '[[waivers]]\nfiles = ["src/rules/script/x.cpp"]\nallow = ["posix"]\nreason = "why"\n'
        files = {"src/rules/script/x.cpp": "#include <unistd.h>\n", "layers.toml": LAYERS + waiver}
        self.assertEqual(self.errors(files=files), [])

    def test_unknown_library(self):
        self.assert_caught("(unknown) is not allowed", {"src/edge/net/x.cpp": "#include <nlohmann/json.hpp>\n"})

    def test_cmake_dependency_not_allowed(self):
        self.assert_caught("wire may not list script in DEPS", {"src/engine/wire/CMakeLists.txt": "keel_room(NAME wire DEPS base script)\n"})

    def test_cmake_test_dependency_not_allowed(self):
        self.assert_caught("wire may not list net in TEST_DEPS", {"src/engine/wire/CMakeLists.txt": "keel_room(NAME wire TEST_DEPS net)\n"})

    def test_cycle_between_rooms(self):
        layers = LAYERS.replace('deps = ["base"]\n[rooms.net]', 'deps = ["base", "chain"]\n[rooms.net]')
        layers = layers.replace('deps = ["base", "script"]', 'deps = ["base", "script", "wire"]')
        errors = self.errors(files={
            "layers.toml": layers,
            "src/engine/wire/x.cpp": '#include "engine/chain/chain.hpp"\n',
            "src/engine/chain/x.cpp": '#include "engine/wire/x.hpp"\n',
        })
        self.assertEqual(errors, ["layers.toml: cycle chain <-> wire", "src: include cycle chain <-> wire"])

    def test_dependency_on_a_higher_floor(self):
        layers = LAYERS.replace('floor = "rules"\npure = true\ndeps = ["base"]', 'floor = "rules"\npure = true\ndeps = ["base", "wire"]')
        self.assert_caught("on a floor above it", {"layers.toml": layers})

    def test_dependency_on_an_unknown_room(self):
        self.assert_caught("unknown room", {"layers.toml": LAYERS.replace('deps = ["base", "wire"]', 'deps = ["base", "wyre"]')})

    def test_waiver_without_reason(self):
        waiver = '[[waivers]]\nfiles = ["src/base/bytes.hpp"]\nallow = ["monitor"]\n'
        self.assert_caught("gives no reason", {"layers.toml": LAYERS + waiver})

    def test_waiver_for_a_missing_file(self):
        waiver = '[[waivers]]\nfiles = ["src/base/gone.hpp"]\nallow = ["monitor"]\nreason = "why"\n'
        self.assert_caught("does not exist", {"layers.toml": LAYERS + waiver})

    def test_coroutines_anywhere(self):
        self.assert_caught("coroutines", {"src/edge/net/x.cpp": "auto f() { co_return 1; }\n"})
        self.assert_caught("coroutines", {"tests/scenarios/x_test.cpp": "auto f() { co_await g(); }\n"})

    def test_clock(self):
        self.assert_pure_catches("clock", "auto t = std::chrono::steady_clock::now();")
        self.assert_pure_catches("clock", "auto t = std::chrono::system_clock::now();")
        self.assert_pure_catches("clock", "auto t = std::time(nullptr);")

    def test_thread(self):
        self.assert_pure_catches("thread", "std::jthread worker;")
        self.assert_pure_catches("thread", "#include <condition_variable>")

    def test_monitor(self):
        self.assert_pure_catches("monitor", "std::shared_mutex lock;")
        self.assert_pure_catches("monitor", "std::atomic<int> n;")

    def test_monitor_with_a_waiver(self):
        waiver = '[[waivers]]\nfiles = ["src/rules/script/x.cpp"]\nallow = ["monitor"]\nreason = "why"\n'
        files = {"src/rules/script/x.cpp": "#include <mutex>\nstd::mutex m;\n", "layers.toml": LAYERS + waiver}
        self.assertEqual(self.errors(files=files), [])

    def test_entropy(self):
        self.assert_pure_catches("entropy", "std::random_device device;")
        self.assert_pure_catches("entropy", "std::mt19937_64 engine;")
        self.assert_pure_catches("entropy", "std::uniform_int_distribution<int> d;")

    def test_environment(self):
        self.assert_pure_catches("environment", 'auto home = std::getenv("HOME");')

    def test_file(self):
        self.assert_pure_catches("file", 'auto* f = fopen("x", "r");')
        self.assert_pure_catches("file", "std::ifstream in;")
        self.assert_pure_catches("file", "std::filesystem::path path;")

    def test_stdio(self):
        self.assert_pure_catches("stdio", "#include <iostream>")
        self.assert_pure_catches("stdio", 'std::printf("x");')

    def test_exception(self):
        self.assert_pure_catches("exception", "void f() { throw 1; }")

    def test_words_in_comments_and_strings_are_free(self):
        code = '// no std::thread here\nconst char* s = "std::mutex"; /* std::cout */ int n = 1\'000;\n'
        self.assertEqual(self.errors(files={"src/rules/script/x.cpp": code}), [])

    def test_edge_may_touch_the_machine(self):
        self.assertEqual(self.errors(files={"src/edge/net/x.cpp": "auto t = std::chrono::steady_clock::now();\n"}), [])


if __name__ == "__main__":
    unittest.main()
