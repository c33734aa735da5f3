"""Writes what a client may say as documents for machines, read off the declarations in `protocol/`.

python -m tools.schema [--check]
"""
