/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`.test-build/test/scenarios/check.js > TAP > a valid file > becomes rules in their order, with ids of file and name > rules 1`] = `
Array [
  Object {
    "chance": 1,
    "idempotent": true,
    "match": Object {
      "acquirerId": "1022188000000000999",
    },
    "steps": Array [
      Object {
        "delay": undefined,
        "fault": undefined,
        "httpStatus": 200,
        "lastAttempt": 1,
        "result": Object {
          "resultCode": "ACCESS_DENIED",
          "resultMessage": "Access is denied.",
          "resultStatus": "F",
        },
        "signature": undefined,
        "title": "step 1 of 1",
      },
    ],
  },
  Object {
    "chance": 1,
    "idempotent": true,
    "match": Object {
      "paymentRequestId": "RETRY-*",
    },
    "steps": Array [
      Object {
        "delay": Object {
          "from": 300,
          "kind": "uniform",
          "to": 900,
        },
        "fault": undefined,
        "httpStatus": 200,
        "lastAttempt": 2,
        "result": Object {
          "resultCode": "UNKNOWN_EXCEPTION",
          "resultMessage": "An API call failed, which is caused by unknown reasons.",
          "resultStatus": "U",
        },
        "signature": undefined,
        "title": "step 1 of 2",
      },
      Object {
        "delay": undefined,
        "fault": undefined,
        "httpStatus": 200,
        "lastAttempt": 3,
        "result": Object {
          "resultCode": "SUCCESS",
          "resultMessage": "Success",
          "resultStatus": "S",
        },
        "signature": undefined,
        "title": "step 2 of 2",
      },
    ],
  },
  Object {
    "chance": 1,
    "idempotent": true,
    "match": Object {
      "paymentRequestId": "LOST-*",
    },
    "steps": Array [
      Object {
        "delay": undefined,
        "fault": "connection-reset",
        "httpStatus": 200,
        "lastAttempt": 1,
        "result": Object {
          "resultCode": "SUCCESS",
          "resultMessage": "Success",
          "resultStatus": "S",
        },
        "signature": undefined,
        "title": "step 1 of 2",
      },
      Object {
        "delay": undefined,
        "fault": undefined,
        "httpStatus": 200,
        "lastAttempt": 2,
        "result": Object {
          "resultCode": "SUCCESS",
          "resultMessage": "Success",
          "resultStatus": "S",
        },
        "signature": undefined,
        "title": "step 2 of 2",
      },
    ],
  },
  Object {
    "chance": 0.01,
    "idempotent": true,
    "match": Object {
      "clientId": Object {
        "not": "SANDBOX_*",
      },
      "pspId": "/^10221720/",
    },
    "steps": Array [
      Object {
        "delay": undefined,
        "fault": undefined,
        "httpStatus": 200,
        "lastAttempt": 1,
        "result": Object {
          "resultCode": "PROCESS_FAIL",
          "resultMessage": "Account closed by wallet",
          "resultStatus": "F",
        },
        "signature": undefined,
        "title": "step 1 of 1",
      },
    ],
  },
]
`

exports[`.test-build/test/scenarios/check.js > TAP > mistakes of a whole file > all mistakes of all files come at once, in the order of the files and lines > what a user reads 1`] = `
scenarios/10-bad.yaml:4:5 unknown key "mach" in a rule (did you mean match?)
scenarios/10-bad.yaml:5:12 "CANCEL_WINDOW_EXCEEDED" is not a result code (did you mean CANCEL_WINDOW_EXCEED?)
scenarios/10-bad.yaml:6:11 the id "10-bad/misspelt" is taken by the rule at scenarios/10-bad.yaml:3; each name must be unique
scenarios/10-bad.yaml:8:7 unknown key "paymentRequestID" in a match (did you mean paymentRequestId?)
scenarios/10-bad.yaml:9:15 /^1022(/ is not a regular expression in RE2 syntax: error parsing regexp: missing closing ): \`^1022(\`
scenarios/10-bad.yaml:9:27 /abc starts like a regular expression: end it with / or /i, and in YAML put it in quotes
scenarios/10-bad.yaml:10:17 "not" is missing in this negated pattern
scenarios/10-bad.yaml:10:19 unknown key "nott" in a negated pattern (did you mean not?)
scenarios/10-bad.yaml:11:13 "10%" is not a valid chance: expected a number from 0 to 1, the share of ids that the rule takes
scenarios/10-bad.yaml:13:9 "UNKNOWN" is not a result code (did you mean UNKNOWN_EXCEPTION?)
scenarios/10-bad.yaml:14:61 0 is not a valid times: expected a whole number from 1, the number of attempts that get this step
scenarios/10-bad.yaml:15:39 the delay 5s..1s ends before it starts
scenarios/10-bad.yaml:16:39 "conection-reset" is not a fault (did you mean connection-reset?)
scenarios/10-bad.yaml:16:68 100 is not a valid HTTP status: expected a whole number from 200 to 599
scenarios/10-bad.yaml:16:84 "wrong" is not a signature flaw (expected one of invalid, missing)
scenarios/10-bad.yaml:17:7 nothing stands here: expected a result code or a step such as { resultCode: SUCCESS, delay: 2s }
scenarios/10-bad.yaml:18:5 "name" is missing in this rule
scenarios/10-bad.yaml:19:5 "just text" is not a valid rule: expected a rule with name, match and reply
scenarios/10-bad.yaml:21:5 nothing stands here: expected the fields that must match, such as { pspId: "1022*" }; leave match out to take every call
scenarios/10-bad.yaml:22:5 nothing stands here: expected a result code, a step, or a list of them, one for each attempt; the last one repeats
scenarios/20-broken.json:2:3 not JSON: a value or ] is expected here
`
