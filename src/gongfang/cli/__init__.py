"""The `gongfang` command: everything an administrator does without a browser."""
