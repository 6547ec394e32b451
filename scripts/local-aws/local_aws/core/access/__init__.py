"""Who may call the local AWS: the programs of its user, and nobody else.

- `key_file`: the access key is in a file that the user alone can read.
- `key_store`: a request is signed with that key, or with a key that a service gave out.
- `signature`, `payload`: they check the signature as AWS does.
- `gate`: it joins these checks, and refuses web pages.
- `refusals`: everybody else gets AWS's own error.
"""
