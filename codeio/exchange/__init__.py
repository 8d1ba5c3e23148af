"""Exchange: the store in other tools' layouts, and released data as problems of ours."""
