"""What all documents share: numbers, links between lines, life cycle, editing."""
