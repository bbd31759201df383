"""Fakes for the tests of whoever builds on SciDog; never used at runtime."""
