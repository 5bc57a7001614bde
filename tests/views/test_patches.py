"""What a patch changes, file by file."""

from orchestrator.views.patches import files_of, stat_line

PATCH = """\
diff --git a/src/a.py b/src/a.py
index 1..2 100644
--- a/src/a.py
+++ b/src/a.py
@@ -1,3 +1,3 @@
 kept
-old
+new
+diff --git a/x b/x
diff --git a/logo.png b/logo.png
new file mode 100644
GIT binary patch
literal 3
+x
diff --git "a/t\\303\\251.md" "b/t\\303\\251.md"
deleted file mode 100644
--- "a/t\\303\\251.md"
+++ /dev/null
@@ -1 +0,0 @@
---- gone
"""


def test_lines_are_counted_by_file_whatever_they_say() -> None:
    assert [stat_line(changed) for changed in files_of(PATCH)] == [
        "src/a.py +2 -1",
        "logo.png (binary)",
        r"t\303\251.md +0 -1",
    ]


def test_what_is_no_patch_changes_nothing() -> None:
    assert files_of("") == files_of("hello\n+x\n") == ()
