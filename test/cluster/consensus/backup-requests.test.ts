import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  ALLOW_ALL,
  type Authenticator,
  type AuthorisationService,
  DEFAULT_AUTHENTICATOR,
} from '../../../src/agrona/mod.ts';
import { guardAuthorisation } from '../../../src/cluster/consensus/authorisation.ts';
import { BackupRequests } from '../../../src/cluster/consensus/backup-requests.ts';
import type { StandbySnapshot } from '../../../src/cluster/consensus/consensus-adapter.ts';
import { ConsensusPublisher } from '../../../src/cluster/consensus/consensus-publisher.ts';
import { EgressPublisher } from '../../../src/cluster/consensus/egress-publisher.ts';
import { PROTOCOL_SEMANTIC_VERSION } from '../../../src/cluster/consensus/protocol-version.ts';
import { FAKE_HEADER, FakeResponse } from './session-fakes.ts';

/** Requests to a member whose recording log is a list of lines, and whose disk may be full. */
class RequestsUnderTest {
  readonly entered: string[] = [];
  readonly reports: string[] = [];
  readonly requests: BackupRequests;
  isDiskFull = false;
  readonly responses: FakeResponse[] = [];

  constructor(
    authorisationService: AuthorisationService = ALLOW_ALL,
    authenticator: Authenticator = DEFAULT_AUTHENTICATOR,
  ) {
    const report = (error: unknown) => this.reports.push((error as Error).message);
    this.requests = new BackupRequests({
      memberId: 2,
      serviceCount: 1,
      clusterMembers: '',
      commitPositionCounterId: 0,
      sessionTimeoutNs: 1000,
      acceptStandbySnapshots: true,
      standbySnapshotNotificationProcessingDelayNs: 0,
      authenticator,
      authorisationService: guardAuthorisation(authorisationService, report),
      egress: new EgressPublisher(10_000),
      publisher: new ConsensusPublisher({ appVersion: 1, time: () => 0n }),
      recordingLog: {
        findLastTerm: () => undefined,
        findSnapshotAtOrBeforeOrLowest: () => undefined,
        appendStandbySnapshot: ({ recordingId }, archiveEndpoint) => {
          if (this.isDiskFull) {
            throw new Error('no space left');
          }
          this.entered.push(`${recordingId} ${archiveEndpoint}`);
        },
      },
      newResponse: () => {
        const response = new FakeResponse();
        this.responses.push(response);
        return response;
      },
      report,
      events: undefined,
      onStandbySnapshot: () => {},
      nanoTime: () => 0,
      epochTimeMs: () => 0,
    });
  }

  /** Tells of snapshots, and goes a few rounds. Returns what was answered. */
  tell(...snapshots: Partial<StandbySnapshot>[]): string[] {
    const request = {
      correlationId: 1,
      responseStreamId: 50,
      responseChannel: 'aeron:udp?endpoint=standby:1',
      encodedCredentials: new Uint8Array(0),
      header: FAKE_HEADER,
    };
    const whole = snapshots.map((snapshot) => ({
      recordingId: 1,
      leadershipTermId: 0,
      termBaseLogPosition: 0,
      logPosition: 64,
      timestamp: 1n,
      serviceId: 0,
      archiveEndpoint: 'standby:2',
      ...snapshot,
    }));
    this.requests.onStandbySnapshot(request, PROTOCOL_SEMANTIC_VERSION, whole);
    this.round();
    return this.responses.at(-1)!.events;
  }

  round(commitPosition = 128): void {
    for (let i = 0; i < 3; i++) {
      this.requests.process(0, 5, 2);
      this.requests.processStandbySnapshots(commitPosition, 0);
    }
  }
}

describe('notifications of standby snapshots', () => {
  it('are refused as a whole, with an answer, when one of their snapshots cannot be entered', () => {
    for (const wrong of [{ archiveEndpoint: '' }, { recordingId: -1 }, { serviceId: -2 }]) {
      const test = new RequestsUnderTest();
      const [answer] = test.tell({}, wrong);
      assert.match(answer!, /^ERROR a standby snapshot needs a recordingId of 0 or more/);
      assert.deepEqual(test.entered, []);
      assert.deepEqual(test.tell({ recordingId: 7 }), []);
      assert.deepEqual(test.entered, ['7 standby:2']);
    }
  });

  it('are given up, with a report, when they cannot be written', () => {
    const test = new RequestsUnderTest();
    test.isDiskFull = true;
    test.tell({});
    assert.deepEqual(test.reports, ["a standby's snapshot is not entered: no space left"]);
    test.isDiskFull = false;
    test.round();
    assert.deepEqual(test.entered, []);
  });

  it('are refused when too many wait for the log to get there', () => {
    const test = new RequestsUnderTest();
    for (let i = 0; i < 64; i++) {
      assert.deepEqual(test.tell({ logPosition: 1024 }), []);
    }
    assert.deepEqual(test.tell({}), ['ERROR more than 64 notifications of standby snapshots at a time']);
    test.round(1024);
    assert.equal(test.entered.length, 64);
    test.tell({});
    assert.equal(test.entered.length, 65);
  });

  it('count as not authorised when the authorisation service fails', () => {
    const test = new RequestsUnderTest({
      isAuthorised: () => {
        throw new Error('no connection');
      },
    });
    assert.deepEqual(test.tell({}), ['AUTHENTICATION_REJECTED Not authorised for StandbySnapshot']);
    assert.equal(test.reports[0], 'a request counts as not authorised: no connection');
  });

  it('are rejected, with a report, when the authenticator fails', () => {
    const test = new RequestsUnderTest(ALLOW_ALL, {
      ...DEFAULT_AUTHENTICATOR,
      onConnectedSession: () => {
        throw new Error('no connection');
      },
    });
    assert.deepEqual(test.tell({}), ['AUTHENTICATION_REJECTED session failed authentication']);
    assert.equal(test.reports[0], 'request of a backup is rejected: no connection');
  });

  it('are given up, with a report, when they cannot be answered', () => {
    const test = new RequestsUnderTest(ALLOW_ALL, { ...DEFAULT_AUTHENTICATOR, onConnectedSession: () => {} });
    test.tell({});
    test.responses[0]!.progress = 'failed';
    test.round();
    assert.deepEqual(test.reports, [
      'request of a backup cannot be answered on responseChannel=aeron:udp?endpoint=standby:1',
    ]);
    assert.equal(test.responses[0]!.isClosed, true);
  });
});
