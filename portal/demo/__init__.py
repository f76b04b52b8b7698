"""The demonstration content: one office, told by five public texts, in two languages.

Facts are those of the texts; the sentences are our own. What the texts do not give is left
unknown, or marked as a sample on the page.
"""
