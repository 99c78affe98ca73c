"""L9: what to make and to buy, and when: disposable plan runs over a snapshot, and their release into documents."""
