"""Opens what a Discreet robot seals, and sends it sealed commands. Written from docs/envelope.md.

`discreet.ros` has what an rclpy node needs; all else works without ROS.
"""

from .envelope import OpeningKey, Refused, Replay
from .grants import GrantBook
from .identity import Identity, PublicIdentity
from .reader import Reader

__all__ = ['GrantBook', 'Identity', 'OpeningKey', 'PublicIdentity', 'Reader', 'Refused', 'Replay']
