"""Proofs of RFC 9162 (the trees of RFC 6962), verified as its text says, by nothing of ours."""
import hashlib


def _node(left, right):
    return hashlib.sha256(b"\x01" + left + right).digest()


def extends(first, first_root, second, second_root, proof):
    """§2.1.4.2: does the tree of `second` leaves extend the one of `first`?"""
    if first == second:
        return first_root == second_root and not proof
    if first == 0:
        return True
    proof = list(proof)
    if first & (first - 1) == 0:
        proof.insert(0, first_root)
    if not proof:
        return False
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    old = new = proof[0]
    for node in proof[1:]:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            old, new = _node(node, old), _node(node, new)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            new = _node(new, node)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and old == first_root and new == second_root


def leaf(record):
    return hashlib.sha256(b"\x00" + record).digest()


def root(records):
    """§2.1.1: of a list of records."""
    if not records:
        return hashlib.sha256(b"").digest()
    if len(records) == 1:
        return leaf(records[0])
    left = 1 << (len(records) - 1).bit_length() - 1
    return _node(root(records[:left]), root(records[left:]))


def includes(index, size, leaf_hash, proof, root):
    """RFC 9162 §2.1.3.2: is the leaf at `index` in the tree of `size` leaves?"""
    if index >= size:
        return False
    fn, sn, computed = index, size - 1, leaf_hash
    for node in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            computed = _node(node, computed)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            computed = _node(computed, node)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and computed == root
