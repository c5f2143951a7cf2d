"""The way back: what an onboarding created is removed, and nothing of anybody else's."""
