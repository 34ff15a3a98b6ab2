-- Opens the file in $FILE, lets dlint fix all, format and rename a stage, writes it and says what the server told.
local out = {}
local function say(text) table.insert(out, text) end
local function finish(code)
  vim.fn.writefile(out, vim.env.REPORT)
  vim.cmd(code == 0 and 'qa!' or 'cq!')
end
local function check(ok, what)
  if not ok then
    say('failed: ' .. what)
    finish(1)
  end
end

local ok, err = pcall(function()
  vim.cmd('edit ' .. vim.env.FILE)
  local buffer = vim.api.nvim_get_current_buf()
  local id = vim.lsp.start_client({
    name = 'dlint',
    cmd = vim.split(vim.env.SERVER, ' '),
    root_dir = vim.fn.fnamemodify(vim.env.FILE, ':h'),
    init_options = { shellcheck = false },
  })
  check(id, 'the server starts')
  vim.lsp.buf_attach_client(buffer, id)

  local function diagnostics() return vim.diagnostic.get(buffer) end
  local function has(code)
    for _, each in ipairs(diagnostics()) do
      if each.code == code then return true end
    end
    return false
  end
  check(vim.wait(20000, function() return has('DL3014') and has('BK004') end), 'the diagnostics come')
  for _, each in ipairs(diagnostics()) do say(each.code .. ' ' .. each.lnum .. ':' .. each.col) end

  local client = vim.lsp.get_client_by_id(id)
  local function request(method, params)
    local answer = client.request_sync(method, params, 20000, buffer)
    check(answer and not answer.err, method)
    return answer.result
  end

  -- As vim.lsp.buf.code_action does it, but without a menu.
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {}, only = { 'source.fixAll.dlint' } }
  local actions = request('textDocument/codeAction', params)
  check(#actions == 1, 'one action fixes all')
  local action = actions[1].edit and actions[1] or request('codeAction/resolve', actions[1])
  vim.lsp.util.apply_workspace_edit(action.edit, client.offset_encoding)
  check(vim.wait(20000, function() return not has('DL3014') and not has('BK004') end), 'what was fixed is gone')

  local options = vim.lsp.util.make_formatting_params({})
  vim.lsp.util.apply_text_edits(request('textDocument/formatting', options), buffer, client.offset_encoding)

  vim.fn.search('AS one')
  vim.cmd('normal! W')
  local where = vim.lsp.util.make_position_params()
  where.newName = 'builder'
  vim.lsp.util.apply_workspace_edit(request('textDocument/rename', where), client.offset_encoding)

  vim.cmd('write')
  client.stop()
  check(vim.wait(20000, function() return client.is_stopped() end), 'the server ends')
end)
if not ok then
  say('failed: ' .. tostring(err))
  finish(1)
end
finish(0)
