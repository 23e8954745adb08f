"""The cases here are material of the tests, not cases of this session: collected, they would write records."""

collect_ignore_glob = ["*"]
