"""The trusted driver of the differential test: runs inside the box, standard library only.

The folder is mounted as it is and started as `python <folder>`; `__main__.py` says how it talks.
"""
