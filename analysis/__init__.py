"""Analyse: tables and figures of the head-line run or of a sweep.   items, metrics, runs -> plots/"""
