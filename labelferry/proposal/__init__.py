"""A folder of videos and labels -> a spec that is proposed for it."""

from labelferry.proposal.propose import Proposal, propose

__all__ = ["Proposal", "propose"]
