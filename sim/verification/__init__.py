"""Checks of an installation on the machine it runs on: engines against exact theory, the auditor and each other."""

from sim.verification.check import FAMILY_ERROR, Verification, verify

__all__ = ["FAMILY_ERROR", "Verification", "verify"]
