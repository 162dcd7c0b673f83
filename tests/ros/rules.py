"""Lines of a policy."""


def everyone(read, **how):
    """A rule: everyone may read this."""
    return {'who': 'everyone', 'read': read, **(how or {'as': 'clear'})}


def declared(kind, data_class='operational', **more):
    """A topic as the policy declares it."""
    return {'type': kind, 'class': data_class, **more}


TEXT = declared('std_msgs/msg/String', depth=1000)  # room for all that a test publishes at once
