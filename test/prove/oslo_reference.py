"""Decides policy cases with oslo.policy: a JSON object a line in, a decision a line out.

Run by Debian's python3, with python3-oslo.policy installed.
"""

import json
import logging
import os
import sys
import tempfile
import warnings

from oslo_config import cfg
from oslo_policy import _parser, policy

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def enforcer_for(case, policy_file):
    """An enforcer as a service makes one: defaults registered in code, overrides in the operator's file."""
    conf = cfg.ConfigOpts()
    conf([])
    enforcer = policy.Enforcer(conf, policy_file=policy_file)
    conf.set_override("enforce_scope", case.get("enforce_scope", True), "oslo_policy")
    conf.set_override("enforce_new_defaults", case.get("enforce_new_defaults", True), "oslo_policy")
    # Without a name there is no default rule; the library would otherwise take one that is named `default`.
    enforcer.default_rule = case.get("default_rule") or None
    enforcer.rules.default_rule = enforcer.default_rule
    for name, check in case.get("rules", {}).items():
        is_decided = name == case.get("rule")
        deprecated = case.get("deprecated") if is_decided else None
        enforcer.register_default(
            policy.RuleDefault(
                name,
                check,
                scope_types=(case.get("scope_types") or None) if is_decided else None,
                deprecated_rule=deprecated
                and policy.DeprecatedRule(
                    deprecated["name"], deprecated["check_str"], deprecated_reason="-", deprecated_since="-"
                ),
            )
        )
    return enforcer


def decide(case, policy_file):
    with open(policy_file, "w", encoding="utf-8") as file:
        json.dump(case.get("overrides") or {}, file)
    enforcer = enforcer_for(case, policy_file)
    rule = case.get("rule")
    if case.get("check") is not None:
        rule = _parser.parse_rule(case["check"])
        rule.scope_types = case.get("scope_types") or None
    try:
        enforcer.enforce(rule, case.get("target") or {}, case.get("creds") or {}, do_raise=True)
    except policy.InvalidScope:
        return "invalid_scope"
    except policy.PolicyNotAuthorized:
        return "deny"
    return "allow"


def main():
    with tempfile.TemporaryDirectory() as folder:
        policy_file = os.path.join(folder, "policy.yaml")
        for line in sys.stdin:
            try:
                answer = decide(json.loads(line), policy_file)
            except Exception as error:  # the reference cannot decide every case
                answer = "error " + type(error).__name__
            sys.stdout.write(answer + "\n")
            sys.stdout.flush()


main()
