"""Files between this machine and phones or other machines: rules about paths, names, partial files, transfers."""
