"""What programs read: sitemaps, robots.txt, cards for shared links and linked data."""
