"""The planner's page: sliders, an answer in words within a second, and what lies behind it; on this machine only."""
