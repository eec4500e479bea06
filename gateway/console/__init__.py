"""The console: pages for people in a browser, over the API's own answers. Who gets in and why: docs/decisions/access.md."""
