/** Receives the events of the uploaded Worker and hands them to the live logs, in the form that clients of those read. */

function requestOf({ url, method, headers, cf }) {
  return { url, method, headers, cf: cf ?? {} };
}

function eventOf(item) {
  const { event } = item;
  const request = event?.request;
  return {
    outcome: item.outcome,
    eventTimestamp: item.eventTimestamp,
    exceptions: item.exceptions.map(({ name, message, timestamp }) => ({ name, message, timestamp })),
    logs: item.logs.map(({ level, message, timestamp }) => ({ level, message, timestamp })),
    event: request ? { request: requestOf(request), response: { status: event.response?.status } } : null,
  };
}

export default {
  async tail(items, env) {
    const body = JSON.stringify(items.map(eventOf));
    await env.LIVE_LOGS.fetch(`http://live-logs/${env.SCRIPT}`, { method: "POST", body });
  },
};
