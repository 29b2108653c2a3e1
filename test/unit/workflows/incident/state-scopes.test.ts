import { StateScopes } from '../../../../src/workflows/incident/record/state-scopes';

describe('the state of an incident', () => {
  it('is what was so before, until something is entered', () => {
    expect(new StateScopes('waitingForPeople').shown).toBe('waitingForPeople');
  });

  it('is the highest of those that are open, in whatever order they are left', () => {
    const states = new StateScopes('diagnosing');
    const endPass = states.enter('diagnosing');
    const endRemedy = states.enter('remedying');
    const endQuestion = states.enter('waitingForApproval');
    const endAgent = states.enter('waitingForAgent');
    expect(states.shown).toBe('waitingForApproval');
    endRemedy();
    expect(states.shown).toBe('waitingForApproval');
    endQuestion();
    expect(states.shown).toBe('waitingForAgent');
    endAgent();
    expect(states.shown).toBe('diagnosing');
    endPass();
  });

  it('is open for as long as one of two that entered it has not left', () => {
    const states = new StateScopes('diagnosing');
    states.enter('remedying');
    const [endOne, endOther] = [states.enter('waitingForApproval'), states.enter('waitingForApproval')];
    endOne();
    endOne();
    expect(states.shown).toBe('waitingForApproval');
    endOther();
    expect(states.shown).toBe('remedying');
  });

  it('stays what it was between two that follow each other', () => {
    const states = new StateScopes('diagnosing');
    states.enter('remedying')();
    expect(states.shown).toBe('remedying');
    states.enter('watching');
    expect(states.shown).toBe('watching');
  });

  it('is a later stage rather than an earlier one, and anything rather than what it rests in', () => {
    const states = new StateScopes('diagnosing');
    states.enter('waitingForPeople');
    states.enter('diagnosing');
    expect(states.shown).toBe('diagnosing');
    states.enter('remedying');
    states.enter('verifying');
    expect(states.shown).toBe('verifying');
    states.enter('closed');
    expect(states.shown).toBe('closed');
  });
});
