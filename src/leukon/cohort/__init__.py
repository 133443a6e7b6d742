"""MANY PATIENTS: proportions and rates with their uncertainty."""
