/* IMPORTANT
 * This snapshot file is auto-generated, but designed for humans.
 * It should be checked into source control and tracked carefully.
 * Re-generate by setting TAP_SNAPSHOT=1 and running tests.
 * Make sure to inspect the output below.  Do not ignore changes!
 */
'use strict'
exports[`.test-build/test/cli/control.js > TAP > a report as a person, a program, a page and a CI server see it > json 1`] = `
{
  "calls": 12,
  "accepted": 11,
  "evicted": 0,
  "unsure": false,
  "coverage": {
    "resultCodes": {
      "SUCCESS": 0,
      "ACCESS_DENIED": 1,
      "CANCEL_WINDOW_EXCEED": 2,
      "INVALID_CLIENT": 0,
      "INVALID_SIGNATURE": 1,
      "KEY_NOT_FOUND": 2,
      "MEDIA_TYPE_NOT_ACCEPTABLE": 0,
      "METHOD_NOT_SUPPORTED": 1,
      "NO_INTERFACE_DEF": 2,
      "PARAM_ILLEGAL": 0,
      "PROCESS_FAIL": 1,
      "REQUEST_TRAFFIC_EXCEED_LIMIT": 2,
      "UNKNOWN_EXCEPTION": 0
    },
    "missing": [
      "SUCCESS",
      "INVALID_CLIENT",
      "MEDIA_TYPE_NOT_ACCEPTABLE",
      "PARAM_ILLEGAL",
      "UNKNOWN_EXCEPTION"
    ],
    "deliveries": {
      "delayed": 1,
      "lost": 2,
      "badSignature": 0
    },
    "byDelivery": {
      "SUCCESS": {
        "resultStatus": "S",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "ACCESS_DENIED": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "CANCEL_WINDOW_EXCEED": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "INVALID_CLIENT": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "INVALID_SIGNATURE": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "KEY_NOT_FOUND": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "MEDIA_TYPE_NOT_ACCEPTABLE": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "METHOD_NOT_SUPPORTED": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "NO_INTERFACE_DEF": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "PARAM_ILLEGAL": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "PROCESS_FAIL": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "REQUEST_TRAFFIC_EXCEED_LIMIT": {
        "resultStatus": "U",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "UNKNOWN_EXCEPTION": {
        "resultStatus": "U",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      }
    }
  },
  "verdicts": [
    {
      "verdict": "retried-after-success",
      "paymentRequestId": "a|b <c> \\"d\\"&\\u0001￾\\ud800",
      "message": "asked again once after SUCCESS had been delivered",
      "entries": [
        3,
        4
      ],
      "unsure": false
    },
    {
      "verdict": "abandoned-unknown",
      "paymentRequestId": "x",
      "message": "asked again once after SUCCESS had been delivered",
      "entries": [
        7
      ],
      "unsure": true
    }
  ],
  "expectations": [],
  "failed": true,
  "failures": {
    "resultCodes": [
      "SUCCESS"
    ],
    "verdicts": 2,
    "notTried": 0,
    "empty": null
  }
}
`

exports[`.test-build/test/cli/control.js > TAP > a report as a person, a program, a page and a CI server see it > junit 1`] = `
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mpp-sim">
  <testsuite name="calls" tests="1" failures="0">
    <testcase classname="mpp-sim.calls" name="calls were accepted"/>
  </testsuite>
  <testsuite name="coverage" tests="2" failures="1">
    <testcase classname="mpp-sim.coverage" name="SUCCESS">
      <failure message="never shown">never shown</failure>
    </testcase>
    <testcase classname="mpp-sim.coverage" name="ACCESS_DENIED"/>
  </testsuite>
  <testsuite name="verdicts" tests="8" failures="2">
    <testcase classname="mpp-sim.verdicts" name="retried-after-success">
      <failure message="a|b &lt;c&gt; &quot;d&quot;&amp;��� asked again once after SUCCESS had been delivered (journal 3, 4)">a|b &lt;c&gt; &quot;d&quot;&amp;��� asked again once after SUCCESS had been delivered (journal 3, 4)</failure>
    </testcase>
    <testcase classname="mpp-sim.verdicts" name="retried-after-final-failure"/>
    <testcase classname="mpp-sim.verdicts" name="abandoned-unknown">
      <failure message="x asked again once after SUCCESS had been delivered (journal 7; not sure)">x asked again once after SUCCESS had been delivered (journal 7; not sure)</failure>
    </testcase>
    <testcase classname="mpp-sim.verdicts" name="changed-parameters"/>
    <testcase classname="mpp-sim.verdicts" name="overlapping-attempts"/>
    <testcase classname="mpp-sim.verdicts" name="hung-up-early"/>
    <testcase classname="mpp-sim.verdicts" name="no-timeout"/>
    <testcase classname="mpp-sim.verdicts" name="retried-too-fast"/>
  </testsuite>
  <testsuite name="expectations" tests="0" failures="0">
  </testsuite>
</testsuites>
<!-- 12 calls -->
`

exports[`.test-build/test/cli/control.js > TAP > a report as a person, a program, a page and a CI server see it > markdown 1`] = `
**failed: 1 missing, 2 verdicts**: 12 calls. Answers delivered late: 1, lost: 2, with a bad signature: 0.

| result code | shown | |
| --- | ---: | --- |
| SUCCESS | 0 | missing |
| ACCESS_DENIED | 1 |  |
| CANCEL_WINDOW_EXCEED | 2 |  |
| INVALID_CLIENT | 0 |  |
| INVALID_SIGNATURE | 1 |  |
| KEY_NOT_FOUND | 2 |  |
| MEDIA_TYPE_NOT_ACCEPTABLE | 0 |  |
| METHOD_NOT_SUPPORTED | 1 |  |
| NO_INTERFACE_DEF | 2 |  |
| PARAM_ILLEGAL | 0 |  |
| PROCESS_FAIL | 1 |  |
| REQUEST_TRAFFIC_EXCEED_LIMIT | 2 |  |
| UNKNOWN_EXCEPTION | 0 |  |

| verdict | paymentRequestId | what happened | journal |
| --- | --- | --- | --- |
| retried-after-success | a\\|b \\<c\\> "d"&��� | asked again once after SUCCESS had been delivered | 3, 4 |
| abandoned-unknown | x | asked again once after SUCCESS had been delivered | 7 (not sure) |
`

exports[`.test-build/test/cli/control.js > TAP > a report as a person, a program, a page and a CI server see it > table 1`] = `
12 calls

Result codes shown
  SUCCESS                           -  missing
  ACCESS_DENIED                     1
  CANCEL_WINDOW_EXCEED              2
  INVALID_CLIENT                    -
  INVALID_SIGNATURE                 1
  KEY_NOT_FOUND                     2
  MEDIA_TYPE_NOT_ACCEPTABLE         -
  METHOD_NOT_SUPPORTED              1
  NO_INTERFACE_DEF                  2
  PARAM_ILLEGAL                     -
  PROCESS_FAIL                      1
  REQUEST_TRAFFIC_EXCEED_LIMIT      2
  UNKNOWN_EXCEPTION                 -

Answers delivered late: 1, lost: 2, with a bad signature: 0

Verdicts
  retried-after-success: a|b <c> "d"&��� asked again once after SUCCESS had been delivered (journal 3, 4)
  abandoned-unknown: x asked again once after SUCCESS had been delivered (journal 7; not sure)

failed: 1 missing, 2 verdicts
`

exports[`.test-build/test/cli/control.js > TAP > a report on expectations as a person, a program, a page and a CI server see it > json 1`] = `
{
  "calls": 12,
  "accepted": 11,
  "evicted": 0,
  "unsure": false,
  "coverage": {
    "resultCodes": {
      "SUCCESS": 0,
      "ACCESS_DENIED": 1,
      "CANCEL_WINDOW_EXCEED": 2,
      "INVALID_CLIENT": 0,
      "INVALID_SIGNATURE": 1,
      "KEY_NOT_FOUND": 2,
      "MEDIA_TYPE_NOT_ACCEPTABLE": 0,
      "METHOD_NOT_SUPPORTED": 1,
      "NO_INTERFACE_DEF": 2,
      "PARAM_ILLEGAL": 0,
      "PROCESS_FAIL": 1,
      "REQUEST_TRAFFIC_EXCEED_LIMIT": 2,
      "UNKNOWN_EXCEPTION": 0
    },
    "missing": [
      "SUCCESS",
      "INVALID_CLIENT",
      "MEDIA_TYPE_NOT_ACCEPTABLE",
      "PARAM_ILLEGAL",
      "UNKNOWN_EXCEPTION"
    ],
    "deliveries": {
      "delayed": 1,
      "lost": 2,
      "badSignature": 0
    },
    "byDelivery": {
      "SUCCESS": {
        "resultStatus": "S",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "ACCESS_DENIED": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "CANCEL_WINDOW_EXCEED": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "INVALID_CLIENT": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "INVALID_SIGNATURE": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "KEY_NOT_FOUND": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "MEDIA_TYPE_NOT_ACCEPTABLE": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "METHOD_NOT_SUPPORTED": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "NO_INTERFACE_DEF": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "PARAM_ILLEGAL": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "PROCESS_FAIL": {
        "resultStatus": "F",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "REQUEST_TRAFFIC_EXCEED_LIMIT": {
        "resultStatus": "U",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      },
      "UNKNOWN_EXCEPTION": {
        "resultStatus": "U",
        "plain": 0,
        "delayed": 0,
        "lost": 0,
        "badSignature": 0
      }
    }
  },
  "verdicts": [
    {
      "verdict": "expectation-missed",
      "paymentRequestId": "a|b <c> \\"d\\"&\\u0001￾\\ud800",
      "message": "asked again once after SUCCESS had been delivered",
      "entries": [
        3,
        4
      ],
      "unsure": false
    }
  ],
  "expectations": [
    {
      "rule": "file/unknown <twice>",
      "state": "missed",
      "paymentRequestId": "A|1",
      "message": "made 1 attempt, expected 2: ask again",
      "entries": [
        5
      ],
      "unsure": false
    },
    {
      "rule": "file/unknown <twice>",
      "state": "met",
      "paymentRequestId": "A2",
      "message": "2 attempts, SUCCESS last",
      "entries": [
        6,
        7
      ],
      "unsure": true
    },
    {
      "rule": "file/other",
      "state": "not-tried",
      "paymentRequestId": null,
      "message": "no payment has tried this rule",
      "entries": [],
      "unsure": false
    }
  ],
  "failed": true,
  "failures": {
    "resultCodes": [],
    "verdicts": 1,
    "notTried": 0,
    "empty": null
  }
}
`

exports[`.test-build/test/cli/control.js > TAP > a report on expectations as a person, a program, a page and a CI server see it > junit 1`] = `
<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mpp-sim">
  <testsuite name="calls" tests="1" failures="0">
    <testcase classname="mpp-sim.calls" name="calls were accepted"/>
  </testsuite>
  <testsuite name="coverage" tests="0" failures="0">
  </testsuite>
  <testsuite name="verdicts" tests="8" failures="0">
    <testcase classname="mpp-sim.verdicts" name="retried-after-success"/>
    <testcase classname="mpp-sim.verdicts" name="retried-after-final-failure"/>
    <testcase classname="mpp-sim.verdicts" name="abandoned-unknown"/>
    <testcase classname="mpp-sim.verdicts" name="changed-parameters"/>
    <testcase classname="mpp-sim.verdicts" name="overlapping-attempts"/>
    <testcase classname="mpp-sim.verdicts" name="hung-up-early"/>
    <testcase classname="mpp-sim.verdicts" name="no-timeout"/>
    <testcase classname="mpp-sim.verdicts" name="retried-too-fast"/>
  </testsuite>
  <testsuite name="expectations" tests="3" failures="1">
    <testcase classname="mpp-sim.expectations" name="file/unknown &lt;twice&gt; A|1">
      <failure message="file/unknown &lt;twice&gt;: A|1 made 1 attempt, expected 2: ask again (journal 5)">file/unknown &lt;twice&gt;: A|1 made 1 attempt, expected 2: ask again (journal 5)</failure>
    </testcase>
    <testcase classname="mpp-sim.expectations" name="file/unknown &lt;twice&gt; A2"/>
    <testcase classname="mpp-sim.expectations" name="file/other">
      <skipped message="file/other: no payment has tried this rule"/>
    </testcase>
  </testsuite>
</testsuites>
<!-- 12 calls -->
`

exports[`.test-build/test/cli/control.js > TAP > a report on expectations as a person, a program, a page and a CI server see it > markdown 1`] = `
**failed: 0 missing, 1 verdicts**: 12 calls. Answers delivered late: 1, lost: 2, with a bad signature: 0.

| result code | shown | |
| --- | ---: | --- |
| SUCCESS | 0 |  |
| ACCESS_DENIED | 1 |  |
| CANCEL_WINDOW_EXCEED | 2 |  |
| INVALID_CLIENT | 0 |  |
| INVALID_SIGNATURE | 1 |  |
| KEY_NOT_FOUND | 2 |  |
| MEDIA_TYPE_NOT_ACCEPTABLE | 0 |  |
| METHOD_NOT_SUPPORTED | 1 |  |
| NO_INTERFACE_DEF | 2 |  |
| PARAM_ILLEGAL | 0 |  |
| PROCESS_FAIL | 1 |  |
| REQUEST_TRAFFIC_EXCEED_LIMIT | 2 |  |
| UNKNOWN_EXCEPTION | 0 |  |

| verdict | paymentRequestId | what happened | journal |
| --- | --- | --- | --- |
| expectation-missed | a\\|b \\<c\\> "d"&��� | asked again once after SUCCESS had been delivered | 3, 4 |

| expectation | rule | paymentRequestId | what happened | journal |
| --- | --- | --- | --- | --- |
| missed | file/unknown \\<twice\\> | A\\|1 | made 1 attempt, expected 2: ask again | 5 |
| met | file/unknown \\<twice\\> | A2 | 2 attempts, SUCCESS last | 6, 7 |
| not-tried | file/other |  | no payment has tried this rule |  |
`

exports[`.test-build/test/cli/control.js > TAP > a report on expectations as a person, a program, a page and a CI server see it > table 1`] = `
12 calls

Result codes shown
  SUCCESS                           -
  ACCESS_DENIED                     1
  CANCEL_WINDOW_EXCEED              2
  INVALID_CLIENT                    -
  INVALID_SIGNATURE                 1
  KEY_NOT_FOUND                     2
  MEDIA_TYPE_NOT_ACCEPTABLE         -
  METHOD_NOT_SUPPORTED              1
  NO_INTERFACE_DEF                  2
  PARAM_ILLEGAL                     -
  PROCESS_FAIL                      1
  REQUEST_TRAFFIC_EXCEED_LIMIT      2
  UNKNOWN_EXCEPTION                 -

Answers delivered late: 1, lost: 2, with a bad signature: 0

Verdicts
  expectation-missed: a|b <c> "d"&��� asked again once after SUCCESS had been delivered (journal 3, 4)

Expectations: 1 met, 1 missed, 1 not tried
  missed     file/unknown <twice>: A|1 made 1 attempt, expected 2: ask again (journal 5)
  met        file/unknown <twice>: A2 2 attempts, SUCCESS last (journal 6, 7; not sure)
  not-tried  file/other: no payment has tried this rule

failed: 0 missing, 1 verdicts
`

exports[`.test-build/test/cli/control.js > TAP > an explanation as a person sees it > of a lost request 1`] = `
Call 2 for L1 gets

  no result: the request is lost before it has an effect
  from rules/lost: step 1 of 1
  delivered with fault no-reply
`

exports[`.test-build/test/cli/control.js > TAP > an explanation as a person sees it > with a fault, behind many other rules 1`] = `
Call 1 for L1 gets

  SUCCESS (S) Success
  from rules/it: step 1 of 2
  delivered with delay {"median":"80ms","sigma":0.4}, fault connection-reset, httpStatus 500

The rules before it do not match, near misses first:

  rules/no luck
    this id drew 0.0126, its chance is 0.001
  rules/n10
    pspId is 1022172000000000001, not P10
  rules/n11
    pspId is 1022172000000000001, not P11
  and 11 more
`

exports[`.test-build/test/cli/control.js > TAP > an explanation as a person sees it > with all kinds of misses 1`] = `
Call 1 for L1 gets

  SUCCESS (S) Success
  from rules/it: step 1 of 2
  delivered with delay {"median":"80ms","sigma":0.4}, fault connection-reset, httpStatus 500

The rules before it do not match, near misses first:

  rules/no luck
    this id drew 0.0126, its chance is 0.001
  rules/both
    paymentRequestId is L1, not any of A*, B*
    acquirerId is 1022188000000000001, not anything but any of 1*
    pspId is 1022172000000000001, not /x/
    clientId is absent, not C
`
