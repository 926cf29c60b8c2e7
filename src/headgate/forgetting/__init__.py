"""Forgetting: a subject is removed from everything that Headgate keeps."""
