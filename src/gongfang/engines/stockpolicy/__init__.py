"""How much to keep and when to order how much: classes, safety stock, lot sizes, policies, and what they free in cash."""
