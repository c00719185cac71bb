"""What agents can do with this machine and its peers, as a server of the Model Context Protocol."""
