"""Times oslo.policy: reads a scenario's name per line, and prints its decisions per second of CPU time.

Needs Debian's python3 with python3-oslo.policy.
"""

import logging
import sys
import time
import warnings
from importlib import metadata

from oslo_config import cfg
from oslo_policy import policy

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")

SECONDS = 0.3


def enforcer_of(count):
    conf = cfg.ConfigOpts()
    conf([])
    enforcer = policy.Enforcer(conf, policy_file="absent.yaml")
    conf.set_override("enforce_scope", True, "oslo_policy")
    enforcer.register_default(policy.RuleDefault("thing:role", "role:admin"))
    for number in range(count):
        enforcer.register_default(
            policy.RuleDefault(
                "thing:two%d" % number,
                "role:admin or user_id:%(user_id)s and project_id:%(project_id)s",
                scope_types=["system", "project"],
            )
        )
    return enforcer


CREDS = [
    {"roles": ["reader", "member"], "user_id": "u%d" % (n % 2), "project_id": "p"} for n in range(8)
]
ADMINS = [{"roles": ["reader", "admin" if n % 2 else "member"], "project_id": "p"} for n in range(8)]
TARGETS = [{"user_id": "u1", "project_id": "p"} for _ in range(8)]

few, many = enforcer_of(1), enforcer_of(200)


def role(n):
    return few.enforce("thing:role", {}, ADMINS[n % 8])


def two(n):
    return few.enforce("thing:two0", TARGETS[n % 8], CREDS[n % 8])


def loaded(n):
    return many.enforce("thing:two%d" % (n * 7 % 200), TARGETS[n % 8], CREDS[n % 8])


def rate(decide):
    times = 64
    while True:
        start, allowed = time.process_time(), 0
        for n in range(times):
            allowed += bool(decide(n))
        took = time.process_time() - start
        assert allowed * 2 == times
        if took >= SECONDS:
            return times / took
        times *= 4


print(metadata.version("oslo.policy"), sys.version.split()[0], flush=True)
for line in sys.stdin:
    print(rate({"role": role, "two": two, "loaded": loaded}[line.strip()]), flush=True)
