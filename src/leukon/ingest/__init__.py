"""ONE FORMAT EACH: readers that know nothing of each other."""
