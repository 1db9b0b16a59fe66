"""Decides many cases by the defaults of a service with oslo.policy: a JSON object a line in, one a line out.

In: `{defaults: [{name, check_str, scope_types, deprecated}], enforce_new_defaults, enforce_scope, cases: [{creds, target}]}`.
Out: for each name a letter a case: `a` allow, `d` deny, `s` invalid scope, `e` an exception.
With `sample: true` instead of cases, out comes the text of the sample policy file that operators get.

Run by Debian's python3, with python3-oslo.policy installed.
"""

import json
import logging
import sys
import tempfile
import warnings

from oslo_config import cfg
from oslo_policy import generator, policy

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")


def default_of(rule):
    deprecated = rule.get("deprecated")
    return policy.DocumentedRuleDefault(
        rule["name"],
        rule["check_str"],
        description="Decides whether the operation is allowed.",
        operations=[{"method": "GET", "path": "/"}],
        scope_types=rule.get("scope_types"),
        deprecated_rule=deprecated
        and policy.DeprecatedRule(
            deprecated["name"],
            deprecated["check_str"],
            deprecated_reason="The default changed.",
            deprecated_since="1.0",
        ),
    )


def enforcer_for(service, policy_file):
    conf = cfg.ConfigOpts()
    conf([])
    enforcer = policy.Enforcer(conf, policy_file=policy_file)
    conf.set_override("enforce_scope", service["enforce_scope"], "oslo_policy")
    conf.set_override("enforce_new_defaults", service["enforce_new_defaults"], "oslo_policy")
    enforcer.default_rule = enforcer.rules.default_rule = None
    for rule in service["defaults"]:
        enforcer.register_default(default_of(rule))
    enforcer.load_rules()
    enforcer.use_conf = False  # nothing changes any more, so nothing is looked up again
    return enforcer


def letter(enforcer, name, case):
    try:
        enforcer.enforce(name, dict(case["target"]), dict(case["creds"]), do_raise=True)
    except policy.InvalidScope:
        return "s"
    except policy.PolicyNotAuthorized:
        return "d"
    except Exception:  # the reference cannot decide every case
        return "e"
    return "a"


def answer(service):
    if service.get("sample"):
        return "".join(generator._format_rule_default_yaml(default_of(rule)) for rule in service["defaults"])
    with tempfile.NamedTemporaryFile("w", suffix=".yaml") as nothing_overridden:
        enforcer = enforcer_for(service, nothing_overridden.name)
    names = [rule["name"] for rule in service["defaults"]]
    return {name: "".join(letter(enforcer, name, case) for case in service["cases"]) for name in names}


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
