#!/usr/bin/python3
"""Shows that check_style.py catches each kind of violation, and passes a tree without any."""

import pathlib
import tempfile
import unittest

import check_style

CLEAN = {
    "tools/style_waivers.toml": "waivers = []\n",
    "src/base/CMakeLists.txt": "keel_room(NAME base)\n",
    "src/base/README.md": "# base\n",
    "src/base/bytes.hpp": "#pragma once\nnamespace keel {\nint f(int a, int b, int c, int d);\n}\n",
}


def waiver(file, kind, limit, reason="why"):
    return f'[[waivers]]\nfile = "{file}"\nkind = "{kind}"\nlimit = {limit}\nreason = "{reason}"\n'


def function(lines):
    return "void f() {\n" + "    g();\n" * (lines - 2) + "}\n"


class CheckStyle(unittest.TestCase):
    def errors(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in {**CLEAN, **files}.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                if text is not None:
                    path.write_text(text)
            return check_style.Checker(folder).run()

    def assert_passes(self, code):
        self.assertEqual(self.errors({"src/base/x.cpp": code}), [])

    def assert_caught(self, expected, code, name="src/base/x.cpp"):
        errors = self.errors({name: code})
        self.assertEqual(len(errors), 1, errors)
        self.assertIn(expected, errors[0])

    def test_clean_tree_passes(self):
        self.assertEqual(self.errors({}), [])

    def test_file_name(self):
        self.assert_caught("snake_case", "", "src/base/HexCodec.cpp")

    def test_header_without_pragma_once(self):
        self.assert_caught("#pragma once", "int f();\n", "src/base/x.hpp")

    def test_long_file(self):
        self.assert_passes("int a;\n" * 500)
        self.assert_caught("file lines 501, at most 500", "int a;\n" * 501)

    def test_long_header(self):
        self.assert_caught("file lines 301, at most 300", "#pragma once\n" + "int a;\n" * 300, "src/base/x.hpp")

    def test_long_function(self):
        self.assert_passes(function(70))
        self.assert_caught("x.cpp:1: function lines 71, at most 70", function(71))

    def test_long_function_in_a_namespace_and_a_class(self):
        self.assert_caught("x.cpp:3: function lines 80", "namespace keel {\nstruct X final : Y {\n" + function(80) + "};\n}\n")

    def test_long_function_with_an_initializer_list(self):
        self.assert_caught("x.cpp:1: function lines 80", function(80).replace("void f()", "X::X(int a) : a_(a), b_{a}, c_{}"))

    def test_long_table_is_no_function(self):
        self.assert_passes("constexpr std::array kTable = {\n" + "    Row{1, f(2)},\n" * 100 + "};\n")

    def test_two_functions_are_not_one(self):
        self.assert_passes(function(60) + function(60))

    def test_long_test_body(self):
        self.assert_caught("function lines 90", function(90).replace("void f()", "TEST(Suite, behaves)"))

    def test_parameters(self):
        self.assert_passes("void f(int a, std::map<int, int> b, int c, int d) {}\n")
        self.assert_caught("parameters 5, at most 4", "auto f(int a, int b, int c, int d, X e) -> int { return 1; }\n")
        self.assert_passes("bool X::operator()(int a, int b, int c, int d) const noexcept(f(1, 2, 3, 4, 5)) { return true; }\n")

    def test_nesting(self):
        three = "void f() {\n if (a) {\n for (int i = 0; i < 3; ++i) {\n while (b) {\n BODY\n }\n }\n }\n}\n"
        self.assert_passes(three.replace("BODY", "g([&] { h({1, 2}); });"))
        self.assert_caught("nesting 4, at most 3", three.replace("BODY", "if (c) { g(); }"))

    def test_else_branches_do_not_nest(self):
        self.assert_passes("void f() {\n if (a) {\n } else if (b) {\n } else if (c) {\n } else if (d) {\n } else {\n }\n}\n")

    def test_waiver_lifts_a_limit(self):
        files = {"tools/style_waivers.toml": waiver("src/base/x.cpp", "function_lines", 90), "src/base/x.cpp": function(90)}
        self.assertEqual(self.errors(files), [])

    def test_waiver_has_a_limit_too(self):
        files = {"tools/style_waivers.toml": waiver("src/base/x.cpp", "function_lines", 90), "src/base/x.cpp": function(91)}
        self.assertIn("function lines 91, at most 90", self.errors(files)[0])

    def test_waiver_no_longer_needed(self):
        files = {"tools/style_waivers.toml": waiver("src/base/x.cpp", "function_lines", 90), "src/base/x.cpp": function(20)}
        self.assertIn("no longer needed", self.errors(files)[0])

    def test_waiver_without_reason(self):
        files = {"tools/style_waivers.toml": waiver("src/base/x.cpp", "function_lines", 90, ""), "src/base/x.cpp": function(90)}
        self.assertIn("gives no reason", self.errors(files)[0])

    def test_room_without_readme(self):
        self.assertIn("no README.md", self.errors({"src/base/README.md": None})[0])

    def test_long_readme(self):
        self.assertIn("61 lines, at most 60", self.errors({"src/base/README.md": "x\n" * 61})[0])

    def test_marks(self):
        self.assert_passes("// TODO(speed): batch these\n")
        self.assert_caught("TODO(kind)", "// TODO: batch these\n")
        self.assert_caught("TODO(kind)", "// FIXME batch these\n")

    def test_commented_out_code(self):
        self.assert_caught("commented-out", "// int_type(x);\n// return y;\n")
        self.assert_passes("// Calls f(x);\n// then waits. It keeps one in flight;\n// see f(y).\n")


if __name__ == "__main__":
    unittest.main()
