"""Who may call the local AWS: its user's programs, and nobody else.

The key is in a file that its user alone can read (`key_file`). A request is signed with it, or with a key that the
local AWS itself gave out (`key_store`), as AWS wants it (`signature`, `payload`); no web page is answered (`gate`).
Whoever else asks gets AWS's own error (`refusals`).
"""
