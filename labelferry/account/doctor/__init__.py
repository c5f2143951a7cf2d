"""The check-up before an onboarding: queries only; one line a check, with what to do."""
