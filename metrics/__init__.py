"""Numbers for whoever runs the server: what parts count in (`histogram`), how the names read that Prometheus
gets (`names`), and the text itself (`scraper`, `exposition`). It knows no other part; whoever has something
to count may import it.

Every part tells plain numbers by `stats()`. What is not one number, times and counts by code, it tells by
`measures()`.
"""
