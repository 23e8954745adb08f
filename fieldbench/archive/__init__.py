"""Archive: how records are cited, kept apart from altered copies, and packed for a repository of data.

Reads records and facts only, like `report`.
"""
