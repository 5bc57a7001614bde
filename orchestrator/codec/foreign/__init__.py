"""Task lists of other tools, to and from queue documents: one file a format. Nothing of them is lost on the way.

What a task is goes into its fields; what only the other tool knows stays, word for word, under the queue's `source`
(`format`, the rest of the `document`, and a `records` entry a task), from which an export is made again.
"""
