"""Findings in text: what data sets call them, how they are counted, and how the counts are shown."""
