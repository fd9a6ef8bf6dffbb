"""Tests of the example, to run in its folder and in the environment that setup.mjs makes:  python -m unittest"""
