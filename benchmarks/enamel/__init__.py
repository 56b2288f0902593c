"""ENAMEL: function-level Python problems scored by eff@k, official and hardened from one run."""
