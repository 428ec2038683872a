// A model that wants one command run: OpenAI's and Anthropic's streams, by path. It asks for the first tool that runs commands,
// and once it has been told the command's output it repeats it.
import http from 'node:http';

const command = 'expr 6 \\* 7 > answer.txt && cat answer.txt';

const argumentsFor = schema => {
  const properties = schema?.properties ?? {};
  if (properties.cmd) {
    return { cmd: command };
  }

  return { command: properties.command?.type === 'array' ? ['bash', '-lc', command] : command, description: 'Multiply' };
};

const runsCommands = ({ name, schema }) => /^(bash|shell|exec_command|local_shell|shell_command)$/i.test(name) && schema?.properties;

const events = (response, list) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (const [name, data] of list) {
    response.write(`${name ? `event: ${name}\n` : ''}data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`);
  }

  response.end();
};

const chat = (body, response) => {
  const tools = (body.tools ?? []).map(({ function: f }) => ({ name: f.name, schema: f.parameters }));
  const last = body.messages.at(-1);
  const usage = { prompt_tokens: 100, completion_tokens: 10, total_tokens: 110 };
  const chunk = (delta, finish = null) => [null, {
    id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: body.model, choices: [{ index: 0, delta, finish_reason: finish }],
  }];
  const tool = tools.find(runsCommands);
  const text = last.role === 'tool' ? `The command said: ${typeof last.content === 'string' ? last.content : last.content.map(part => part.text).join('')}` : 'ok';
  const wanted = last.role !== 'tool' && tool;
  if (!body.stream) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({
      id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: body.model, usage,
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    }));
    return;
  }

  events(response, [
    chunk({ role: 'assistant', content: '' }),
    ...(wanted
      ? [
        chunk({ tool_calls: [{ index: 0, id: 'call_1', type: 'function', function: { name: tool.name, arguments: '' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: JSON.stringify(argumentsFor(tool.schema)) } }] }),
        chunk({}, 'tool_calls'),
      ]
      : [chunk({ content: text }), chunk({}, 'stop')]),
    [null, { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: body.model, choices: [], usage }],
    [null, '[DONE]'],
  ]);
};

const messages = (body, response) => {
  const tools = (body.tools ?? []).map(({ name, input_schema: schema }) => ({ name, schema }));
  const told = body.messages.at(-1).content;
  const result = Array.isArray(told) ? told.find(part => part.type === 'tool_result') : undefined;
  const tool = tools.find(runsCommands);
  const wanted = !result && tool;
  const said = result && (typeof result.content === 'string' ? result.content : result.content.map(part => part.text).join(''));
  const block = wanted ? { type: 'tool_use', id: 'toolu_1', name: tool.name, input: {} } : { type: 'text', text: '' };
  const delta = wanted
    ? { type: 'input_json_delta', partial_json: JSON.stringify(argumentsFor(tool.schema)) }
    : { type: 'text_delta', text: result ? `The command said: ${said}` : 'ok' };
  events(response, [
    ['message_start', {
      type: 'message_start',
      message: {
        id: 'msg_1', type: 'message', role: 'assistant', model: body.model, content: [], stop_reason: null, usage: { input_tokens: 100, output_tokens: 1 },
      },
    }],
    ['content_block_start', { type: 'content_block_start', index: 0, content_block: block }],
    ['content_block_delta', { type: 'content_block_delta', index: 0, delta }],
    ['content_block_stop', { type: 'content_block_stop', index: 0 }],
    ['message_delta', { type: 'message_delta', delta: { stop_reason: wanted ? 'tool_use' : 'end_turn' }, usage: { output_tokens: 10 } }],
    ['message_stop', { type: 'message_stop' }],
  ]);
};

const server = http.createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', () => {
    const answer = request.url.endsWith('/chat/completions') ? chat : request.url.split('?')[0].endsWith('/messages') ? messages : null;
    if (!answer) {
      response.writeHead(404).end();
      return;
    }

    answer(JSON.parse(Buffer.concat(parts)), response);
    console.error(request.url);
  });
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
