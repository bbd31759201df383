"""x"""


def make_scicat_sink(*a):
    raise NotImplementedError
