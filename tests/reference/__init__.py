"""The twin: leukon's tables again, slowly, in plain Python, from the words of the contract.

It imports nothing of leukon and only the standard library, so that the two can be wrong in different ways only.
"""
